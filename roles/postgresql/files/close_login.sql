-- Nobody logs in any more as this role, and its password is forgotten. Connections that it has stay.
-- Prints a line for each change, and nothing where there is nothing to do.
\set ON_ERROR_STOP on

SELECT format('ALTER ROLE %I NOLOGIN PASSWORD NULL', rolname)
FROM pg_roles
WHERE rolname = :'login' AND rolcanlogin \gexec
