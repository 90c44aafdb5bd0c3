-- Programs of other systems that come in by their own key (OAuth client credentials, RFC 6749 section 4.4).

create table machine_client (
  subject_id text primary key check (char_length(subject_id) between 1 and 100),
  name text not null check (char_length(name) between 1 and 200),
  secret_hash bytea not null,
  scopes text[] not null,
  organisation_id text references organisation (id),
  created_at timestamptz not null,
  created_by text not null,
  ended_at timestamptz,
  ended_by text,
  last_used_at timestamptz
);
comment on table machine_client is 'By subject. Programs that may come in: what each may do and for which organisation; the subject is the program itself.';
comment on column machine_client.secret_hash is 'SHA-256 of its secret, which is 32 random bytes and kept nowhere.';
comment on column machine_client.organisation_id is 'The organisation it may write for; null is the body itself.';
comment on column machine_client.last_used_at is 'When it was last given a token, to the hour.';
