-- Connectors that operators configure in the portal: how a resource is reached. What is secret stands in a table of its
-- own, sealed under a key that is not in the database.
set role breakglass_owner;

create table connector (
    resource text constraint connector_pk primary key,
    kind text not null constraint connector_kind_known check (kind in ('postgresql', 'ssh', 'webhook')),
    -- What everybody who may configure may see; no secret.
    settings jsonb not null constraint connector_settings_are_members check (jsonb_typeof(settings) = 'object'),
    -- Rises by one with each change: who changes says which one they saw.
    version int not null constraint connector_version_positive check (version > 0),
    -- One that was removed keeps its version, so that nothing sealed for it before fits again.
    removed boolean not null default false,
    changed_by uuid not null constraint connector_changed_by references person (id),
    changed_ms bigint not null
);

create table connector_secret (
    resource text not null constraint connector_secret_connector references connector (resource),
    field text not null,
    -- Form, key id, nonce, ciphertext, tag; opens only as this field of this version of this connector.
    sealed bytea not null constraint connector_secret_sealed check (octet_length(sealed) > 45),
    constraint connector_secret_pk primary key (resource, field)
);

grant select, insert on connector, connector_secret to breakglass_service;
grant update (kind, settings, version, removed, changed_by, changed_ms) on connector to breakglass_service;
grant update (sealed), delete on connector_secret to breakglass_service;

reset role;
