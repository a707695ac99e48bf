#!/bin/sh
# What has to happen every hour: expired and deleted photos go for good, people are told by mail what ends soon, ended
# sessions and old task results go too; photos whose render was killed are rendered.
#
#   deploy/cron.sh                 once; in a crontab: 7 * * * * /opt/photocloud/deploy/cron.sh
#   deploy/cron.sh --every 3600    for ever, as docker-compose.yml does
#
# The Python is PYTHON, or that of .venv, or the first in PATH.
set -eu
cd "$(dirname "$0")/.."
if [ -z "${PYTHON:-}" ]; then
  PYTHON=python3
  [ ! -x .venv/bin/python ] || PYTHON=.venv/bin/python
fi

manage() {
  "$PYTHON" manage.py "$@" || code=1
}

round() {
  code=0
  manage purge
  manage remind
  manage render --waiting
  manage clearsessions
  # Only the database queue keeps results.
  if [ "${TASKS_BACKEND:-}" = database ] || grep -qsx TASKS_BACKEND=database .env; then
    manage prune_db_task_results
  fi
  return "$code"
}

if [ "${1:-}" != --every ]; then
  round
  exit
fi
trap 'exit 0' INT TERM
while :; do
  round || echo "deploy/cron.sh: a command failed, the next round comes in $2 s" >&2
  # In the background, because a shell that waits for a child answers no signal.
  sleep "$2" &
  wait "$!"
done
