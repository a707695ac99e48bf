#!/bin/sh
# What a container runs: "web" brings the database up to date and serves; anything else is run as it stands.
set -eu
if [ "${1:-web}" != web ]; then
  exec "$@"
fi
python manage.py migrate --noinput --verbosity 0
python manage.py createcachetable --verbosity 0
exec python -m gunicorn --config deploy/gunicorn.conf.py
