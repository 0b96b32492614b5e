/** What the process of a crowd of clients writes when an instance has no connection left. */
export const full = "no connection is left";
