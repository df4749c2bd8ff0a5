-- Lets a login be another role: what it creates belongs to that role, and what that role may do, it may.
-- Prints a line for each change, and nothing where there is nothing to do.
\set ON_ERROR_STOP on

SELECT format('CREATE ROLE %I NOLOGIN', :'user')
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'user') \gexec

SELECT format('GRANT %I TO %I', :'user', :'login')
WHERE NOT pg_has_role(:'login', :'user', 'MEMBER') \gexec

SELECT format('ALTER ROLE %I SET role = %L', :'login', :'user')
FROM pg_roles
WHERE rolname = :'login' AND NOT coalesce(rolconfig, '{}') @> ARRAY[format('role=%s', :'user')] \gexec
