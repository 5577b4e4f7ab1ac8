-- Roles are of the cluster, not of the database: another database of the same cluster may be
-- making them at this very moment, so each is made "unless it is there".
do $$
declare
    name text;
begin
    -- owner: owns every table, cannot log in. migrator: may become the owner.
    -- service: what the running portal logs in as.
    foreach name in array array['breakglass_owner', 'breakglass_migrator', 'breakglass_service'] loop
        begin
            execute format('create role %I nologin noinherit', name);
        exception when duplicate_object or unique_violation then
            null;
        end;
    end loop;
    begin
        grant breakglass_owner to breakglass_migrator;
    exception when unique_violation or internal_error then
        null;
    end;
end
$$;

revoke create on schema public from public;
grant usage, create on schema public to breakglass_owner;
grant usage on schema public to breakglass_service;
