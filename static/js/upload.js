/* The upload page. */
import { enhancePage } from "./upload-form.js";
import { takeShared } from "./upload-shared.js";

const { addFiles } = await enhancePage(document.getElementById("upload"));
const shared = await takeShared();
if (shared.length) addFiles(shared);
