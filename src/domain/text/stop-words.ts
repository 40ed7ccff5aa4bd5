/**
 * Words that tell no two texts apart: English function words, what is left of contractions, and words of asking.
 * Other languages have no list here: there BM25's own weights do the work.
 */
export const stopWords: ReadonlySet<string> = new Set(
  `a about above after again against ain all also am an and any are aren as at be because been before being below
  between both but by can could couldn d did didn do does doesn doing don down during each else even ever every few for
  from further get give go got had hadn has hasn have haven having he her here hers herself him himself his how i if in
  into is isn it its itself just know let like ll m ma may me might mightn more most much must mustn my myself need no
  nor not now o of off on once one only or other our ours ourselves out over own please re really s same say shall shan
  she should shouldn so some such t tell than that the their theirs them themselves then there these they thing things
  this those through to too under until up us ve very want was wasn we well were weren what when where which while who
  whom why will with without won would wouldn y yes you your yours yourself yourselves`.split(
    /\s+/,
  ),
);
