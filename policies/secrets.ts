/** Family "secrets": who can read a password, and how old it is. */
import { noPasswordArguments } from "./secrets/noPasswordArguments.ts";
import { noPlainSecrets } from "./secrets/noPlainSecrets.ts";
import { noSecretOutputs } from "./secrets/noSecretOutputs.ts";
import { secretRotation } from "./secrets/rotation.ts";

/** The rules of this family. */
export const secretsRules = [noPlainSecrets, noPasswordArguments, noSecretOutputs, secretRotation];
