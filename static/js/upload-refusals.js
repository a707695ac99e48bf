/* Says at once which files aren't taken: on a phone their lines are out of sight. */
import { show } from "./toasts.js";

const TOGETHER_MS = 300;

/* One toast for what was chosen together. The tray has its own words. */
export function tellRefusals(uppy, form) {
  let refused = [];

  function tell() {
    const more = refused.length > 1 ? ` (+${refused.length - 1})` : "";
    if (form.checkVisibility()) show(refused[0] + more, { kind: "refused", level: "warning" });
    refused = [];
  }

  uppy.on("restriction-failed", (file, error) => {
    /* A file that is in the queue already isn't worth a word. */
    if (!file || uppy.getFile(file.id)) return;
    if (!refused.length) setTimeout(tell, TOGETHER_MS);
    refused.push(`${file.name}: ${error.message}`);
  });
}
