/* The queue with all its plugins, and the dashboard that shows it. */
import {
  Dashboard, GoldenRetriever, ImageEditor, ScreenCapture, Tus, Webcam,
} from "../vendor/uppy/uppy.js";
import { Queue } from "./upload-queue.js";

const MIB = 1024 ** 2;
const META = "name,type,visibility,expires";
const RETRY_DELAYS_MS = [0, 1000, 3000, 5000, 10000, 20000, 30000];
/* Larger files and more of them are named after a crash, and have to be chosen again. */
const KEPT = { maxFileSize: 64 * MIB, maxTotalSize: 512 * MIB };

/* Still pictures only, so the microphone is never asked for. */
class Screenshot extends ScreenCapture {
  selectAudioStreamSource() {
    return Promise.resolve(false);
  }
}

/* Once with a new token, as the session may be a new one of the same person. A full disk doesn't empty itself within a
 * minute, so no other answer of the server is final like it among the 5xx. */
function retrying(token) {
  return (error, attempt, options, byDefault) => {
    const status = error.originalResponse?.getStatus();
    if (status === 401) token.isStale = true;
    return status === 401 ? attempt === 0 : status !== 507 && byDefault(error);
  };
}

function localeOf(words) {
  const rules = new Intl.PluralRules(document.documentElement.lang);
  return { strings: words, pluralize: (count) => rules.select(count) };
}

export function makeQueue(form, { id, target, words, text, token, choices }) {
  const { accept, maxBytes, limits, metaFields = META } = form.dataset;
  const uppy = new Queue({
    id,
    locale: localeOf(words),
    restrictions: { maxFileSize: Number(maxBytes), allowedFileTypes: accept.split(",") },
    logger: { debug() {}, warn() {}, error() {} },
    choices,
    text,
  });
  uppy.use(Dashboard, {
    target,
    inline: true,
    width: "100%",
    height: "30rem",
    note: limits.trim(),
    fileManagerSelectionType: "both",
    showLinkToFileUploadResult: true,
    proudlyDisplayPoweredByUppy: false,
    hideProgressDetails: true,
    disableInformer: true,
    doneButtonHandler: null,
    thumbnailType: "image/webp",
  });
  /* The browser turns pictures upright by itself; Cropper would fetch them, which the CSP forbids. */
  uppy.use(ImageEditor, { quality: 0.92, cropperOptions: { viewMode: 1, checkOrientation: false } });
  uppy.use(Webcam, { target: Dashboard, modes: ["picture"], mirror: false });
  uppy.use(Screenshot, { target: Dashboard, displayMediaConstraints: { video: true } });
  uppy.use(Tus, {
    endpoint: form.dataset.libraryDoor,
    allowedMetaFields: metaFields.split(","),
    chunkSize: 8 * MIB,
    limit: 3,
    retryDelays: RETRY_DELAYS_MS,
    removeFingerprintOnSuccess: true,
    onBeforeRequest: async (request) => request.setHeader("X-CSRFToken", await token.now()),
    onShouldRetry: retrying(token),
  });
  uppy.use(GoldenRetriever, { indexedDB: KEPT });
  return uppy;
}
