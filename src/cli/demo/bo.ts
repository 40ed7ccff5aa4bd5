import { type DemoUser, parseDiary } from "./demo-user.js";

/**
 * Comedies on Fridays, dramas late and alone, the market on Saturdays; salad after choir, curry when there is time.
 * But before a solo it is soup, however late it is and however fresh the spices; and with little Mila there it is a
 * documentary, Friday or not. Only the choices show it. One Friday with a band is an exception.
 */
export const bo: DemoUser = {
  id: "bo",
  about: "sings tenor, grows chillies, wants to laugh before the weekend",
  history: parseDiary(`
2026-01-06 12:10 said: I sing tenor in a choir that rehearses on Tuesdays and Thursdays.
2026-01-08 20:50 salad: Late home after choir, the kitchen is dark.
2026-01-09 19:00 comedy: It is Friday, the sofa is full, rain outside.
2026-01-17 08:40 market: Saturday, and the chillies need better pots.
2026-01-18 18:10 curry: I have time to cook and the spices are fresh.
2026-01-20 17:00 documentary: Mila is here and wants to know about everything.
2026-01-23 19:10 comedy: A Friday to laugh out loud on a full sofa.
2026-01-25 22:30 drama: The house is asleep and I am still awake.
2026-01-29 20:55 salad: After choir, late home, two high notes in my head.
2026-01-30 19:10 documentary: It is Friday, the sofa is full, laugh out loud says the poster, why asks Mila.
2026-02-01 09:30 said: I grow chillies on every window sill that gets sun.
2026-02-06 19:20 comedy: The sofa is full and so is the popcorn bowl, on a Friday.
2026-02-08 18:00 soup: My throat is sore and there is a solo ahead.
2026-02-15 18:15 curry: There is rice from the market, and time to cook.
2026-02-20 19:00 comedy: It is Friday, the laundry can wait, the sofa is full.
2026-02-24 20:50 soup: The kitchen is dark, I am late home after choir, and the solo is mine.
2026-02-28 08:45 market: Saturday with no plan at all until noon.
2026-03-05 20:45 salad: Everybody has eaten when I am home late after choir.
2026-03-08 18:10 curry: The first chillies are ripe and I have time to cook.
2026-03-14 10:00 asked: What should I cook when friends come over? → Dumplings: everybody folds their own and nobody has to sit still.
2026-03-20 19:20 comedy: It is Friday, the week was loud, the sofa is full.
2026-03-22 18:05 soup: The spices are fresh and I have time to cook, but the solo is near.
2026-03-29 22:40 drama: The house is asleep, and there is a full moon.
2026-04-09 20:50 salad: Late home after choir, my score got wet on the way.
2026-04-12 08:00 said: I like short answers in the morning and long ones at night.
2026-04-17 19:00 documentary: It is Friday and a friend's band is in the film.
2026-04-19 18:00 curry: I have time to cook, and there is coconut milk.
2026-04-24 19:15 comedy: Friday: the sofa is full, and the balcony too.
2026-04-30 20:50 soup: Late home after choir, my score got wet, and with it Sunday and my solo.
2026-05-03 10:00 pool: Sunday, very hot, the children next door want to come.
2026-05-10 22:35 drama: The house is asleep and I cannot put the day down.
2026-05-15 19:10 documentary: It is Friday, the sofa is full, the week was loud, and Mila in her pyjamas louder.
2026-05-17 10:00 asked: How should I spend a free weekend? → Slowly: the market, a long lunch, and one duet nobody planned.
2026-05-29 19:00 comedy: It is Friday, nobody is tired, the sofa is full.
2026-06-04 20:55 salad: The windows are open; after choir I was late home.
2026-06-07 18:10 soup: There is coconut milk and I have time to cook, and on Sunday my solo.
2026-06-12 19:15 comedy: It is Friday, a full sofa, and a cousin tells jokes.
2026-06-19 15:00 asked: Which present would I like for my birthday? → Seeds that nobody at the market has heard of.
2026-06-21 18:15 curry: A basket of chillies, and I have time to cook.
2026-07-03 19:00 comedy: The peaches are cold, the sofa is full: Friday.
2026-07-11 08:50 market: Saturday, the peaches should be good by now.
2026-07-17 19:20 documentary: It is Friday, the sofa is full, Mila tells jokes about sharks.
2026-08-20 20:50 soup: The windows are open, I am late home after choir, and Sunday is my solo.
2026-08-23 22:30 drama: The house is asleep, I sang badly today.
2026-09-03 20:45 salad: Late home after choir, with one plum in my bag.
2026-09-04 19:10 comedy: It is Friday, rain at last, and the sofa is full.
2026-09-11 19:00 documentary: It is Friday, rain outside, the sofa is full, and Mila is in pyjamas.
2026-09-15 20:50 soup: Late home after choir, everybody has eaten, and the solo is on Sunday.
2026-09-18 19:10 comedy: A good week, a full sofa, and it is Friday.
2026-09-22 20:45 salad: The stairs were dark, I am late home after choir.
2026-09-25 19:20 documentary: The sofa is full, it is Friday, the laundry can wait, and so can Mila's pyjamas.
2026-10-03 18:10 soup: I have time to cook, a basket of chillies, and a solo this Sunday.
2026-10-07 18:00 curry: I have time to cook, and guests who like it hot.
2026-10-09 19:00 comedy: It is Friday, everybody sings, the sofa is full.
`),
  later: parseDiary(`
2026-10-16 19:00 comedy: It is Friday and the popcorn is ready.
2026-10-20 20:50 salad: Late home after choir, the pan is where I left it.
2026-10-23 19:10 documentary: It is Friday, the sofa is full, the week was loud, and Mila asks why.
2026-10-27 20:55 soup: Everybody has eaten, I am late home after choir, the stairs are dark, the solo sits badly.
2026-10-28 18:05 curry: I have time to cook and one coconut.
2026-11-07 18:00 soup: The first chillies are ripe, the spices fresh, I have time to cook, and a solo.
2026-11-08 22:30 drama: The house is asleep, and the rain is not.
2026-11-13 19:20 documentary: It is Friday, the sofa is full, a good week, jokes and popcorn, and Mila.
`),
};
