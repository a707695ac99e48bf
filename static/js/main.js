/* What every page needs. */
import "./copy.js";
import "./menus.js";
import "./reload.js";
