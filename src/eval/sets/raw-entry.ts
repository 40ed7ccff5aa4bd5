import { z } from "zod";

/** What one element of a file holds: a LaMP question, or an OPPU user with several. Items are not yet checked. */
export interface RawEntry {
  /** Where it stands, for messages: file and element, from 1. */
  readonly place: string;
  readonly user: string;
  readonly questions: readonly { readonly id: string; readonly input: string }[];
  readonly profile: readonly unknown[];
}

/** Ids are numbers in some files and texts in others. */
export const idSchema = z.union([z.string(), z.number().int()]).transform(String);
