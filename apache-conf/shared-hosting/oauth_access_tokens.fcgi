#!/bin/sh
# oauth_access_tokens.fcgi - start the program on shared hosting, by FastCGI or
# CGI; see .htaccess beside this file.
#
# The program and the service file are two directories up, outside the document
# root: for ~/public_html/api/ they are ~/bin/oauth_access_tokens and
# ~/.pg_service.conf.  Add settings below, as the two that are there;
# "oauth_access_tokens --help" lists all.  Keep this file at mode 700: other
# customers of the host use the same machine.
set -eu

home=$(cd "$(dirname "$0")/../.." && pwd)

: "${PGSERVICEFILE:=$home/.pg_service.conf}"
: "${OAUTH_TOKENS_DATABASE:=service=oauth_access_tokens}"
export PGSERVICEFILE OAUTH_TOKENS_DATABASE

exec "$home/bin/oauth_access_tokens"
