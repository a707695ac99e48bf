/* Short words for everyone: shown for a moment and read out by screen readers. */
import { show } from "./toasts.js";

export const announce = (text) => show(text);
