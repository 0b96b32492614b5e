// From an .mjs file on, Node.js itself runs .ts files.
import "./index.ts";
