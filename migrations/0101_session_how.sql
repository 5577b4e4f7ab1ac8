-- How somebody signed in: the class of authentication (acr) and its methods (amr), as the provider said.
alter table tower_sessions.portal_session
    add how jsonb not null default '{"acr": null, "amr": []}';
