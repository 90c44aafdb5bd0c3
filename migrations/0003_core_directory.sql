-- Who runs the installation, and the organisations, services and places it covers. Small and shared: reference tables.

create table installation (
  name text primary key check (name = 'this'),
  body_name text not null,
  kind text not null check (kind in ('demonstration', 'real')),
  time_zone text not null,
  country text,
  telephone text,
  web_address text,
  created_at timestamptz not null
);
comment on table installation is 'Reference. One row: the body this installation serves, and whether its people are invented.';

create table organisation (
  id text primary key,
  name text not null,
  kind text not null,
  area_code text,
  telephone text,
  web_address text
);
comment on table organisation is 'Reference. Hospitals, practices, councils, school authorities.';

create table service (
  id text primary key,
  organisation_id text not null references organisation (id),
  name text not null,
  kind text not null,
  area_code text,
  telephone text,
  booking_url text,
  cancel_url text
);
create index service_by_organisation on service (organisation_id);
comment on table service is 'Reference. What an organisation offers, and where a person books or cancels: the body''s own link or number.';

create table area (
  code text primary key,
  name text not null,
  kind text not null,
  parent_code text references area (code)
);
comment on table area is 'Reference. Places, each within its parent.';
