-- A look says what was asked, what was answered, and on what ground.
alter table access_log add column action text not null default 'view' check (action in ('view', 'change'));
alter table access_log add column what text;
alter table access_log add column allowed boolean not null default true;
alter table access_log add column reasons jsonb not null default '[]';
comment on column access_log.what is 'The resource of the decision table; null where a page shows more than one.';
comment on column access_log.allowed is 'False for an attempt that was refused.';
comment on column access_log.reasons is 'The rules that gave or refused it, each with the relationship, consent or post it relied on.';
