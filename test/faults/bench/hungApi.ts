/** kube-apiserver that hangs: it takes connections and requests, and answers when it goes on. */
import { readFile } from "node:fs/promises";
import { api } from "./addresses.ts";
import { run } from "./command.ts";
import { signalled } from "./network.ts";

export async function hangApi(): Promise<void> {
	signalled(await apiServerPid(), "SIGSTOP");
}

export async function releaseApi(): Promise<void> {
	signalled(await apiServerPid(), "SIGCONT");
}

async function apiServerPid(): Promise<number> {
	const pids = (await run("ip", ["netns", "pids", api.namespace])).split(/\s+/).filter(Boolean);
	for (const pid of pids) {
		const name = await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "");
		if (name.trim() === "kube-apiserver") return Number(pid);
	}
	throw new Error("kube-apiserver does not run");
}
