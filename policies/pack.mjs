// The engine loads a pack through ts-node, which would compile .ts files its own way: from an .mjs file on, Node.js
// itself runs them, as it runs the rest of the project.
import "./index.ts";
