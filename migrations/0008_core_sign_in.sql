-- Signing in. No secret is kept that opens anything: of sessions, links and codes only hashes, of passkeys the public key.
-- What has to be found by something else than its person (an address of e-mail, a typed code, a sign-in elsewhere) is a
-- row of its own whose subject_id is a keyed hash of that thing, so that it lies on one worker and tells a thief nothing.

create table passkey (
  subject_id text not null,
  credential_id text not null check (char_length(credential_id) between 1 and 1400),
  public_key bytea not null,
  counter bigint not null check (counter >= 0),
  transports text not null,
  backed_up boolean not null,
  sealed_name bytea not null,
  added_at timestamptz not null,
  last_used_at timestamptz,
  suspended_at timestamptz,
  removed_at timestamptz,
  primary key (subject_id, credential_id)
);
comment on table passkey is 'By subject. Public keys that people sign in with (WebAuthn), and what became of them.';
comment on column passkey.counter is 'The signature counter last seen; one that does not grow means a copy (WebAuthn section 6.1.1).';
comment on column passkey.sealed_name is 'What the person calls it, sealed with their own key.';
comment on column passkey.suspended_at is 'When its counter went back: refused since.';

create table sign_in_session (
  subject_id text not null,
  id text not null check (char_length(id) between 1 and 60),
  secret_hash bytea not null,
  way text not null check (way in ('passkey', 'link', 'code', 'helped', 'provider', 'demonstration')),
  enrolling boolean not null,
  helped_by text,
  device text not null,
  began_at timestamptz not null,
  last_seen_at timestamptz not null,
  fresh_until timestamptz,
  ended_at timestamptz,
  primary key (subject_id, id)
);
comment on table sign_in_session is 'By subject. Who is signed in, since when, in which way; ended ones are kept for a while.';
comment on column sign_in_session.secret_hash is 'SHA-256 of the 256 random bits in the cookie.';
comment on column sign_in_session.enrolling is 'True while it opens one page only: the one where a passkey is added.';
comment on column sign_in_session.helped_by is 'The member of staff who helped somebody to sign in.';

create table one_time_code (
  subject_id text not null,
  id text not null check (char_length(id) between 1 and 60),
  secret_hash bytea not null,
  purpose text not null check (purpose in ('enrol', 'sign-in', 'administrator')),
  way text not null check (way in ('email', 'post', 'in-person', 'terminal')),
  email_mark text,
  made_by text,
  made_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  primary key (subject_id, id)
);
comment on table one_time_code is 'By subject. Links and codes that open once, by hash.';
comment on column one_time_code.email_mark is 'Keyed hash of the address a link was sent to: using it proves the address.';
comment on column one_time_code.made_by is 'The member of staff who made it; null when the person asked for it.';

create table sign_in_name (
  subject_id text not null,
  person_id text not null,
  kind text not null check (kind in ('email', 'code', 'provider')),
  reference text,
  expires_at timestamptz,
  primary key (subject_id, person_id)
);
create index sign_in_name_person on sign_in_name (person_id);
comment on table sign_in_name is 'By subject. Who may be meant by an address, a typed code or a sign-in elsewhere; subject_id is its keyed hash.';
comment on column sign_in_name.reference is 'Of a code: its id.';

create table link_request (
  subject_id text primary key,
  asked_at timestamptz not null,
  due boolean not null,
  answered integer not null,
  counting_since timestamptz not null
);
create index link_request_due on link_request (asked_at) where due;
comment on table link_request is 'By subject. Addresses of e-mail a link was asked for, known here or not; subject_id is a keyed hash.';

create table spent_challenge (
  subject_id text primary key,
  expires_at timestamptz not null
);
create index spent_challenge_expired on spent_challenge (expires_at);
comment on table spent_challenge is 'By subject. Passkey challenges that were answered, so that none is answered twice; subject_id is a keyed hash.';

create table failed_sign_in (
  subject_id text primary key,
  failures integer not null,
  counting_since timestamptz not null
);
create index failed_sign_in_old on failed_sign_in (counting_since);
comment on table failed_sign_in is 'By subject. Failed attempts by address, and by address and code; subject_id is a keyed hash.';
