// CommonJS, so that an older Node.js can be told why it will not do. The rules are TypeScript, which Node.js runs by itself
// from 22.18 on: the engine's own way to load a pack, ts-node, would compile them otherwise than the rest of the project.
const least = [22, 18];
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major < least[0] || (major === least[0] && minor < least[1]))
	throw new Error(
		`Node.js: ${process.versions.node} does not run TypeScript by itself; put one of ${least.join(".")} or newer first in PATH for this policy pack`,
	);

require("./pack.mjs");
