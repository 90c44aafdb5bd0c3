-- Personal data beside the record, encrypted with a key per subject. Ending the key makes every copy unreadable,
-- backups included.

create table vault_key (
  subject_id text primary key,
  wrapped_key bytea,
  ended_at timestamptz,
  ended_reason text,
  check ((wrapped_key is null) = (ended_at is not null))
);
comment on table vault_key is 'By subject, append-only. The subject''s own key, wrapped by the master key; disposal alone may end it.';

create table vault_entry (
  subject_id text not null,
  kind text not null check (char_length(kind) between 1 and 60),
  ciphertext bytea not null,
  updated_at timestamptz not null,
  primary key (subject_id, kind)
);
comment on table vault_entry is 'By subject. Names, contacts, identifiers and free words: AES-256-GCM, nonce first, tag last.';
