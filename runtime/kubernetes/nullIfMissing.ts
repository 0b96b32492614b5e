/** For `catch` on a call of the Kubernetes client: what is not there is null. @throws every other error */
export function nullIfMissing(error: { code?: number }): null {
	if (error.code === 404) return null;
	throw error;
}
