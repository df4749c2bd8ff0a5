-- Hands what the user owns in this database over to the owner, and lets the user read and write rows, today and in tables to come.
-- Prints a line for each change, and nothing where there is nothing to do.
\set ON_ERROR_STOP on

SELECT format('REASSIGN OWNED BY %I TO %I', :'user', :'owner')
FROM pg_roles
WHERE rolname = :'user' AND EXISTS (
    SELECT FROM pg_shdepend JOIN pg_database ON pg_database.oid = dbid
    WHERE datname = current_database() AND refobjid = pg_roles.oid AND deptype = 'o'
) \gexec

SELECT format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO %I', current_database(), :'user')
WHERE NOT (has_database_privilege(:'user', current_database(), 'CONNECT') AND has_database_privilege(:'user', current_database(), 'TEMPORARY')) \gexec

SELECT format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO %I', pg_class.oid::regclass, :'user')
FROM pg_class JOIN pg_roles ON pg_roles.oid = relowner
WHERE rolname = :'owner' AND relkind IN ('r', 'p', 'v', 'm', 'f') AND relpersistence <> 't' AND EXISTS (
    SELECT FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS privilege
    WHERE NOT has_table_privilege(:'user', pg_class.oid, privilege)
) \gexec

SELECT format('GRANT SELECT, USAGE, UPDATE ON SEQUENCE %s TO %I', pg_class.oid::regclass, :'user')
FROM pg_class JOIN pg_roles ON pg_roles.oid = relowner
WHERE rolname = :'owner' AND relkind = 'S' AND relpersistence <> 't' AND EXISTS (
    SELECT FROM unnest(ARRAY['SELECT', 'USAGE', 'UPDATE']) AS privilege
    WHERE NOT has_sequence_privilege(:'user', pg_class.oid, privilege)
) \gexec

SELECT format('GRANT USAGE ON SCHEMA %I TO %I', nspname, :'user')
FROM pg_namespace JOIN pg_roles ON pg_roles.oid = nspowner
WHERE rolname = :'owner' AND NOT has_schema_privilege(:'user', pg_namespace.oid, 'USAGE') \gexec

SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I GRANT %s TO %I', :'owner', privileges, :'user')
FROM (VALUES
    ('r', 'SELECT, INSERT, UPDATE, DELETE ON TABLES'), ('S', 'SELECT, USAGE, UPDATE ON SEQUENCES'), ('n', 'USAGE ON SCHEMAS')
) AS kinds (kind, privileges)
WHERE NOT EXISTS (
    SELECT FROM pg_default_acl, aclexplode(defaclacl) AS entry
    WHERE defaclrole::regrole = quote_ident(:'owner')::regrole AND defaclnamespace = 0 AND defaclobjtype::text = kind
        AND entry.grantee::regrole = quote_ident(:'user')::regrole
) \gexec
