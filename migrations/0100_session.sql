-- Sessions of the portal. Nothing here is evidence: the log says who signed in, this says whose browser still counts.

create schema if not exists tower_sessions;

-- What a browser's session carries, in the form that tower-sessions-sqlx-store reads and writes.
-- `id` is derived from the cookie's value by a one-way function: whoever reads this table cannot become anybody.
create table if not exists tower_sessions.session (
    id text primary key not null,
    data bytea not null,
    expiry_date timestamptz not null
);

create index if not exists session_expiry_date on tower_sessions.session (expiry_date);

-- Who is signed in. A browser is signed in exactly while its row stands here and its limits are not passed: the store
-- writes `session` with an upsert, so that a request under way can bring a deleted row back; it cannot bring this one back.
-- No foreign key: a fresh proof of identity gives the session a new id, and this row moves to it in one statement while
-- the store has deleted the old `session` already.
create table if not exists tower_sessions.portal_session (
    id text primary key,
    -- SHA-256 of issuer, line feed, subject.
    identity bytea not null constraint portal_session_identity_is_a_digest check (octet_length(identity) = 32),
    -- SHA-256 of issuer, line feed, the provider's session id, where it gave one: back-channel logout names it.
    provider_session bytea constraint portal_session_provider_session_is_a_digest check (octet_length(provider_session) = 32),
    -- The viewer as pages need them: person, name, groups, roles.
    viewer jsonb not null,
    -- When the provider says they proved who they are, in seconds since 1970.
    auth_time_s bigint,
    signed_in_at timestamptz not null default now(),
    last_seen_at timestamptz not null default now()
);

create index if not exists portal_session_identity on tower_sessions.portal_session (identity);
create index if not exists portal_session_provider_session on tower_sessions.portal_session (provider_session);

-- Things that count once, kept until they would be refused for their age anyway: sign-in flows, logout tokens.
create table if not exists tower_sessions.spent (
    digest bytea primary key constraint spent_digest_is_a_digest check (octet_length(digest) = 32),
    until timestamptz not null
);

create index if not exists spent_until on tower_sessions.spent (until);

grant usage on schema tower_sessions to breakglass_service;
grant select, insert, update, delete on tower_sessions.session to breakglass_service;
grant select, insert, update, delete on tower_sessions.portal_session to breakglass_service;
grant select, insert, delete on tower_sessions.spent to breakglass_service;
