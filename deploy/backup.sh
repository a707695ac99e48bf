#!/bin/sh
# Dumps the PostgreSQL database into BACKUP_DIR (backups/) and keeps the newest BACKUP_KEEP (14) dumps.
#
#   deploy/backup.sh                  once; in a crontab: 30 3 * * * PGDATABASE=photocloud /opt/photocloud/deploy/backup.sh
#   deploy/backup.sh --every 86400    for ever, as docker-compose.yml does
#
# The database is DATABASE_URL, or what libpq's PGHOST, PGUSER, PGPASSWORD and PGDATABASE say; the second way shows no
# password to who lists processes. The photos are no part of it: back up MEDIA_ROOT or the bucket after the dump, so
# that every photo the dump knows is there.
#
# Restore, with the web server stopped:
#   pg_restore --clean --if-exists --no-owner --dbname "$DATABASE_URL" backups/photocloud-<time>.dump
#   docker compose exec -T db pg_restore -U photocloud --clean --if-exists --no-owner -d photocloud < backups/photocloud-<time>.dump
set -eu
umask 077
cd "$(dirname "$0")/.."
folder=${BACKUP_DIR:-backups}
keep=${BACKUP_KEEP:-14}

round() {
  mkdir -p "$folder"
  dump=$folder/photocloud-$(date -u +%Y-%m-%dT%H%M%SZ).dump
  # Under another name until it is whole and readable.
  if pg_dump --format=custom --no-owner ${DATABASE_URL:+"--dbname=$DATABASE_URL"} --file="$dump.part" &&
    pg_restore --list "$dump.part" >/dev/null; then
    mv "$dump.part" "$dump"
  else
    rm -f "$dump.part"
    return 1
  fi
  # The names sort by time.
  count=0
  for old in $(cd "$folder" && printf '%s\n' photocloud-*.dump | sort -r); do
    count=$((count + 1))
    [ "$count" -le "$keep" ] || rm -f "$folder/$old"
  done
}

if [ "${1:-}" != --every ]; then
  round
  exit
fi
trap 'exit 0' INT TERM
while :; do
  # A container that restarts over and over must not push the older dumps out.
  [ -n "$(find "$folder" -name 'photocloud-*.dump' -mmin "-$(($2 / 60 - 5))" 2>/dev/null)" ] || round || echo "deploy/backup.sh: no backup was made, the next try comes in $2 s" >&2
  # In the background, because a shell that waits for a child answers no signal.
  sleep "$2" &
  wait "$!"
done
