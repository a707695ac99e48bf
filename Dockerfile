FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    DATA_DIR=/var/lib/photocloud \
    MEDIA_ROOT=/srv/media \
    HOST=0.0.0.0 \
    PORT=8000

RUN useradd --system --uid 10001 --user-group --home-dir /var/lib/photocloud --create-home photocloud \
    && install -d -o photocloud -g photocloud /srv/media

WORKDIR /app
COPY requirements.txt .
RUN pip install --require-hashes -r requirements.txt
COPY . .

USER photocloud
# A throw-away key: nothing that collectstatic writes depends on it. DATA_DIR is no volume, so that a new image brings
# its own static files; with PostgreSQL only logs live there besides.
RUN SECRET_KEY=only-for-this-line python manage.py collectstatic --noinput --verbosity 0

EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/healthz', timeout=4)"]

ENTRYPOINT ["deploy/entrypoint.sh"]
CMD ["web"]
