import { IAMCustomRole } from "@pulumi/gcp/projects/iamcustomRole.js";
import type * as pulumi from "@pulumi/pulumi";
import { permissions, type Right } from "./rights.ts";

export type Roles = Readonly<Record<Right, IAMCustomRole>>;

/** Google remembers the ID of a deleted role for weeks: it is the stack's own. */
export function declareRoles(
	name: string,
	{ called, project }: { readonly called: string; readonly project: string },
	opts: pulumi.CustomResourceOptions,
): Roles {
	const entries = Object.entries(permissions).map(([right, allowed]) => {
		const roleId = `${called.replaceAll("-", "_")}_${right}`;
		return [
			right,
			new IAMCustomRole(
				`${name}-${right}`,
				{ project, roleId, title: `mysql-dr: ${right} objects`, permissions: [...allowed] },
				opts,
			),
		];
	});
	return Object.fromEntries(entries) as Roles;
}
