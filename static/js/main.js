/* What every page needs. */
import "./connection.js";
import "./copy.js";
import "./fields.js";
import "./menus.js";
import "./reload.js";
import "./keys.js";
import "./theme.js";
import "./toasts.js";
import "./pwa.js";
