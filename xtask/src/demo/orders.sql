-- The database that the demo opens: a shop's orders, and the two roles that a grant can give.
create table customer (
    id int primary key,
    name text not null,
    country text not null
);
create table orders (
    id int primary key,
    customer int not null references customer (id),
    placed_at timestamptz not null,
    state text not null check (state in ('paid', 'packed', 'sent', 'stuck')),
    total_cents int not null check (total_cents >= 0)
);

insert into customer (id, name, country) values
    (1, 'Abacus & Daughters', 'DK'),
    (2, 'Blue Kettle', 'NL'),
    (3, 'Copper Mill', 'SE'),
    (4, 'Driftwood', 'PT');
insert into orders (id, customer, placed_at, state, total_cents) values
    (1, 1, '2026-11-20 08:14:00+00', 'sent', 12900),
    (2, 3, '2026-11-20 19:02:00+00', 'packed', 4450),
    (3, 2, '2026-11-21 07:45:00+00', 'stuck', 99900),
    (4, 4, '2026-11-21 11:30:00+00', 'paid', 2190),
    (5, 2, '2026-11-22 16:05:00+00', 'stuck', 31000);

create role orders_read nologin;
create role orders_admin nologin;
revoke create on schema public from public;
grant usage on schema public to orders_read, orders_admin;
grant select on customer, orders to orders_read;
grant select, insert, update, delete on customer, orders to orders_admin;
