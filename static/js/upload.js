/* The upload page. */
import { enhancePage } from "./upload-form.js";

enhancePage(document.getElementById("upload"));
