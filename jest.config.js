/** Native ES modules (run with --experimental-vm-modules); swc only strips the types. */
export default {
	testEnvironment: "node",
	// Most of what takes long waits for an engine or a server: all cores, not all but one.
	maxWorkers: "100%",
	extensionsToTreatAsEsm: [".ts"],
	transform: {
		"^.+\\.ts$": [
			"@swc/jest",
			{ jsc: { parser: { syntax: "typescript" }, target: "es2022" }, module: { type: "es6" } },
		],
	},
	// The roots of a running site's machines hold packages of their own.
	modulePathIgnorePatterns: ["<rootDir>/.state/", "<rootDir>/dist/"],
	// Hangs alone are ended by it: how long something takes on a busy machine is no matter of tests.
	testTimeout: 120_000,
	testMatch: ["<rootDir>/test/**/*.test.ts"],
	testPathIgnorePatterns: ["/node_modules/", "<rootDir>/test/site/"],
};
