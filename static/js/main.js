/* What every page needs. */
import "./copy.js";
import "./menus.js";
import "./sign-out.js";
import "./reload.js";
import "./keys.js";
