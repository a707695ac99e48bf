/* The service worker: a page for when there is no network, the library as it was seen last, and photos that are shared here.
   /sw.js sets self.config and loads this file. It answers nothing from what it keeps while the network answers. */
const { config } = self;
const SHELL = `shell-${config.version}`;
const PRIVATE = "private-";
const SHARED = "shared";
const KEPT_DAYS = 30;
const NOT_OURS = /^\/(admin|api|s|i|files|static)\/|\/(download|zip|feed)$/;
/* Photos that come in while the person signs out are nobody's. */
let forgotten = 0;
/* Whether the network answered the last page: its pictures don't go through here then, which would slow them down. */
let isAnswering = false;

self.addEventListener("install", (event) => {
  event.waitUntil(keepShell().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(remove((name) => name.startsWith("shell-") && name !== SHELL).then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname, search } = new URL(request.url);
  if (origin !== self.location.origin) return;
  if (request.method === "POST") {
    if (pathname === config.signOut) event.waitUntil(forget());
    if (pathname === config.share) event.respondWith(receive(request));
  } else if (request.method !== "GET" || request.headers.has("range")) {
    return;
  } else if (request.mode === "navigate") {
    if (!NOT_OURS.test(pathname)) event.respondWith(navigate(event, pathname + search));
  } else if (!isAnswering && (pathname.startsWith(config.statics) || pathname.startsWith(config.pictures))) {
    event.respondWith(fetch(request).catch((error) => kept(request, error)));
  }
});

self.addEventListener("message", (event) => {
  const { person, urls } = event.data;
  event.waitUntil(person ? ofPerson(person, urls) : forget());
});

async function remove(matches) {
  const names = await caches.keys();
  await Promise.all(names.filter(matches).map((name) => caches.delete(name)));
}

/* The offline page with its sheets, scripts and what these import. */
async function keepShell() {
  const cache = await caches.open(SHELL);
  const found = new Set();
  async function keep(url) {
    if (found.has(url)) return;
    found.add(url);
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    await cache.put(url, response.clone());
    const links = url.endsWith(".js") ? /\bimport\b[^"'();]*"([^"]+)"/g : /(?:href|src)="([^"#]+)"/g;
    const text = /\.js$|\/$/.test(url) ? await response.text() : "";
    const urls = [...text.matchAll(links)].map(([, link]) => new URL(link, self.location.origin + url).pathname);
    await Promise.all(urls.filter((one) => one.startsWith(config.statics)).map(keep));
  }
  await keep(config.offline);
}

async function navigate(event, address) {
  const [pathname] = address.split("?");
  try {
    const response = await fetch(event.request);
    isAnswering = true;
    if (pathname === config.signIn) event.waitUntil(forget());
    if (address === config.library && response.ok) event.waitUntil(keepLibrary(response.clone()));
    return response;
  } catch (error) {
    isAnswering = false;
    const isLibrary = pathname === config.library || pathname === config.home;
    return (isLibrary && (await lastLook())) || asOffline(await caches.match(config.offline, { cacheName: SHELL }), error);
  }
}

/* The page says itself that it is old; tokens.css and base.html have the rest. */
async function asOffline(response, error) {
  if (!response) throw error;
  const headers = new Headers(response.headers);
  headers.delete("Content-Encoding");
  headers.delete("Content-Length");
  return new Response((await response.text()).replace("<html ", "<html data-offline "), { headers });
}

async function lastLook() {
  const name = (await caches.keys()).find((one) => one.startsWith(PRIVATE));
  const response = name && (await caches.match(config.library, { cacheName: name, ignoreVary: true }));
  if (!response) return null;
  const age = Date.now() - Date.parse(response.headers.get("Date"));
  return age < KEPT_DAYS * 24 * 3600 * 1000 ? asOffline(response) : null;
}

async function keepLibrary(response) {
  const began = forgotten;
  const person = (await response.clone().text()).match(/<body[^>]* data-person="(\d+)"/)?.[1];
  if (!person || began !== forgotten) return;
  const cache = await openPrivate(person);
  await cache.put(config.library, response);
}

/* One person at a time; what is put into a cache that was deleted meanwhile is gone too. */
async function openPrivate(person) {
  const cache = await caches.open(PRIVATE + person);
  await remove((name) => name.startsWith(PRIVATE) && name !== PRIVATE + person);
  return cache;
}

/* Who is signed in; `urls` is what the library needs to be seen again, and nothing else is kept. */
async function ofPerson(person, urls) {
  if (!urls) {
    await remove((name) => name.startsWith(PRIVATE) && name !== PRIVATE + person);
    return;
  }
  const cache = await openPrivate(person);
  if (!(await cache.match(config.library, { ignoreVary: true }))) await keepLibrary(await fetch(config.library));
  const wanted = new Set(urls.filter((url) => url.startsWith(config.statics) || url.startsWith(config.pictures)));
  for (const { url } of await cache.keys()) {
    const { pathname, search } = new URL(url);
    if (!wanted.delete(pathname + search) && pathname !== config.library) await cache.delete(url);
  }
  await Promise.all([...wanted].map((url) => cache.add(url).catch(() => {})));
}

/* Browsers may ask for another size of a photo than the one that is here. */
async function kept(request, error) {
  const exact = await caches.match(request, { ignoreVary: true });
  const folder = new URL(".", request.url).pathname;
  if (exact || !folder.startsWith(config.pictures)) return exact ?? Promise.reject(error);
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    const other = (await cache.keys()).find(({ url }) => new URL(".", url).pathname === folder);
    if (other) return cache.match(other);
  }
  throw error;
}

/* Not what is shared: it may come before the person has signed in. */
async function forget() {
  forgotten += 1;
  await remove((name) => name.startsWith(PRIVATE));
}

/* The upload page takes them from here, after the person has said where to. Any site may send this form. */
async function receive(request) {
  try {
    const files = (await request.formData()).getAll("files").filter((file) => file instanceof File && file.size);
    await caches.delete(SHARED);
    const cache = await caches.open(SHARED);
    for (const [number, file] of files.entries()) {
      const headers = { "Content-Type": file.type, "X-Name": encodeURIComponent(file.name), "X-Shared-At": Date.now() };
      await cache.put(`${config.share}${number}`, new Response(file, { headers }));
    }
  } catch {
    await caches.delete(SHARED);
  }
  return Response.redirect(`${config.upload}?shared=1`, 303);
}
