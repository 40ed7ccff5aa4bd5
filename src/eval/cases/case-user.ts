/** The user of every case's memory, which holds one case only: the set's own name for the user may be any text. */
export const caseUser = "user";
