-- One mark that is new after every change of who stands how to whom, so that what was worked out from it can be kept as
-- long as it is true, by every process.
create table standing_revision (
  name text primary key check (name = 'this'),
  revision text not null
);
comment on table standing_revision is 'Reference. One row: made new in the transaction of each change of relationships, posts, teams, bans, merges and areas.';
insert into standing_revision (name, revision) values ('this', 'first');

-- The worklist of one organisation: its rows alone, what runs out first.
create index guarantee_clock_running_by_organisation on guarantee_clock (organisation_id, due_until) where outcome is null;

-- What the program last laid down as rights and row-level security: laid down anew when the program says otherwise.
create table rights (
  name text primary key check (name = 'this'),
  digest text not null
);
comment on table rights is 'Reference. One row: the digest of the grants and policies in force.';
insert into rights (name, digest) values ('this', 'none');
