/* One file to the server. `fetch` reports no upload progress, so this is XMLHttpRequest. */
function refusal(request, text) {
  if (request.response?.message) return request.response.message;
  if (request.status === 413) return text.tooLargeServer;
  if (request.status === 429) return text.tooOften;
  if (request.status === 401 || request.status === 403 || (request.status === 200 && !request.response)) {
    return text.signedOut;
  }
  return text.failed;
}

/* Calls one of done(answer), failed(words); returns a function that aborts silently. */
export function send({ url, token, file, fields, text, progress, done, failed }) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  body.append("file", file, file.name);

  const request = new XMLHttpRequest();
  request.open("POST", url);
  request.responseType = "json";
  request.setRequestHeader("Accept", "application/json");
  request.setRequestHeader("X-CSRFToken", token);
  request.upload.addEventListener("progress", (event) => progress(event.loaded, event.total));
  request.addEventListener("load", () => {
    if (request.response?.status === "success") done(request.response);
    else failed(refusal(request, text));
  });
  request.addEventListener("error", () => failed(text.offline));
  request.send(body);
  return () => request.abort();
}
