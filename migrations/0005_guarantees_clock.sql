-- The clocks that the facts give, one row a period: a projection, filled in the transaction of the facts. It holds due
-- dates, never states: time passes without facts.

create table guarantee_clock (
  subject_id text not null,
  case_id text not null,
  guarantee text not null,
  promise text not null,
  period integer not null,
  version text not null,
  started_on date not null,
  due_on date,
  due_until timestamptz,
  warn_on date,
  stopped_on date,
  outcome text check (outcome in ('kept', 'broken', 'ended', 'void')),
  elapsed double precision,
  excluded double precision not null,
  organisation_id text,
  service_id text,
  area_code text,
  primary key (subject_id, case_id, guarantee, promise, period)
);
create index guarantee_clock_running on guarantee_clock (due_until, subject_id) where outcome is null;
create index guarantee_clock_running_by_service on guarantee_clock (service_id, due_until) where outcome is null;
create index guarantee_clock_stopped on guarantee_clock (area_code, stopped_on) where outcome is not null;
comment on table guarantee_clock is 'By subject. One period of one promise''s clock; computed from the facts, rebuilt at will.';
comment on column guarantee_clock.due_on is 'The last day on which the promise can be kept; null while the clock stands still.';
comment on column guarantee_clock.due_until is 'The instant after which it is overdue; null while the clock stands still.';
comment on column guarantee_clock.warn_on is 'The day from which staff should act.';
comment on column guarantee_clock.elapsed is 'In the promise''s own unit, time not counted taken off; null while it runs.';

-- Which promises a service makes. The row of the service '*' holds for cases whose service names none.
create table service_guarantee (
  service_id text not null,
  guarantee text not null,
  overlay text,
  choices jsonb not null default '{}',
  primary key (service_id, guarantee)
);
comment on table service_guarantee is 'Reference. Which promises a service makes, with the readings and the overlay the body chose.';
