import { useMutation, useQueryClient } from "@tanstack/react-query";

/**
 * A change of a user's data. Once it is done, all that is shown of the user is read again: a correction may change the
 * persona, the profile and the interaction itself.
 */
export function useChange<Given, Result>(
  user: string,
  change: (given: Given) => Promise<Result>,
  onDone?: (result: Result) => void,
) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: (result) => {
      void client.invalidateQueries({ queryKey: ["user", user] });
      onDone?.(result);
    },
  });
}
