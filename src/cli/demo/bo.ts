import { asked, dinner, type DemoUser, film, outing, statement } from "./demo-user.js";

/**
 * Comedies on Fridays, dramas late and alone, the market on Saturdays; salad after choir, curry when there is time.
 * But before a solo it is soup, however late it is and however fresh the spices; and with little Mila there it is a
 * documentary, Friday or not. Nothing says so but the choices. One Friday with a band stands out.
 */
export const bo: DemoUser = {
  id: "bo",
  about: "sings tenor, grows chillies, wants to laugh before the weekend",
  history: [
    statement(
      "2026-01-06T12:10",
      "I sing tenor in a choir that rehearses on Tuesdays and Thursdays.",
    ),
    dinner("2026-01-08T20:50", "Late home after choir, the kitchen is dark.", "salad"),
    film("2026-01-09T19:00", "It is Friday, the sofa is full, rain outside.", "comedy"),
    outing("2026-01-17T08:40", "Saturday, and the chillies need better pots.", "market"),
    dinner("2026-01-18T18:10", "I have time to cook and the spices are fresh.", "curry"),
    film("2026-01-20T17:00", "Mila is here and wants to know about everything.", "documentary"),
    film("2026-01-23T19:10", "A Friday to laugh out loud on a full sofa.", "comedy"),
    film("2026-01-25T22:30", "The house is asleep and I am still awake.", "drama"),
    dinner("2026-01-29T20:55", "After choir, late home, two high notes in my head.", "salad"),
    film(
      "2026-01-30T19:10",
      "It is Friday, the sofa is full, laugh out loud says the poster, why asks Mila.",
      "documentary",
    ),
    statement("2026-02-01T09:30", "I grow chillies on every window sill that gets sun."),
    film("2026-02-06T19:20", "The sofa is full and so is the popcorn bowl, on a Friday.", "comedy"),
    dinner("2026-02-08T18:00", "My throat is sore and there is a solo ahead.", "soup"),
    dinner("2026-02-15T18:15", "There is rice from the market, and time to cook.", "curry"),
    film("2026-02-20T19:00", "It is Friday, the laundry can wait, the sofa is full.", "comedy"),
    dinner(
      "2026-02-24T20:50",
      "The kitchen is dark, I am late home after choir, and the solo is mine.",
      "soup",
    ),
    outing("2026-02-28T08:45", "Saturday with no plan at all until noon.", "market"),
    dinner("2026-03-05T20:45", "Everybody has eaten when I am home late after choir.", "salad"),
    dinner("2026-03-08T18:10", "The first chillies are ripe and I have time to cook.", "curry"),
    asked(
      "2026-03-14T10:00",
      "What should I cook when friends come over?",
      "Dumplings: everybody folds their own and nobody has to sit still.",
    ),
    film("2026-03-20T19:20", "It is Friday, the week was loud, the sofa is full.", "comedy"),
    dinner(
      "2026-03-22T18:05",
      "The spices are fresh and I have time to cook, but the solo is near.",
      "soup",
    ),
    film("2026-03-29T22:40", "The house is asleep, and there is a full moon.", "drama"),
    dinner("2026-04-09T20:50", "Late home after choir, my score got wet on the way.", "salad"),
    statement("2026-04-12T08:00", "I like short answers in the morning and long ones at night."),
    film("2026-04-17T19:00", "It is Friday and a friend's band is in the film.", "documentary"),
    dinner("2026-04-19T18:00", "I have time to cook, and there is coconut milk.", "curry"),
    film("2026-04-24T19:15", "Friday: the sofa is full, and the balcony too.", "comedy"),
    dinner(
      "2026-04-30T20:50",
      "Late home after choir, my score got wet, and with it Sunday and my solo.",
      "soup",
    ),
    outing("2026-05-03T10:00", "Sunday, very hot, the children next door want to come.", "pool"),
    film("2026-05-10T22:35", "The house is asleep and I cannot put the day down.", "drama"),
    film(
      "2026-05-15T19:10",
      "It is Friday, the sofa is full, the week was loud, and Mila in her pyjamas louder.",
      "documentary",
    ),
    asked(
      "2026-05-17T10:00",
      "How should I spend a free weekend?",
      "Slowly: the market, a long lunch, and one duet nobody planned.",
    ),
    film("2026-05-29T19:00", "It is Friday, nobody is tired, the sofa is full.", "comedy"),
    dinner("2026-06-04T20:55", "The windows are open; after choir I was late home.", "salad"),
    dinner(
      "2026-06-07T18:10",
      "There is coconut milk and I have time to cook, and on Sunday my solo.",
      "soup",
    ),
    film("2026-06-12T19:15", "It is Friday, a full sofa, and a cousin tells jokes.", "comedy"),
    asked(
      "2026-06-19T15:00",
      "Which present would I like for my birthday?",
      "Seeds that nobody at the market has heard of.",
    ),
    dinner("2026-06-21T18:15", "A basket of chillies, and I have time to cook.", "curry"),
    film("2026-07-03T19:00", "The peaches are cold, the sofa is full: Friday.", "comedy"),
    outing("2026-07-11T08:50", "Saturday, the peaches should be good by now.", "market"),
    film(
      "2026-07-17T19:20",
      "It is Friday, the sofa is full, Mila tells jokes about sharks.",
      "documentary",
    ),
    dinner(
      "2026-08-20T20:50",
      "The windows are open, I am late home after choir, and Sunday is my solo.",
      "soup",
    ),
    film("2026-08-23T22:30", "The house is asleep, I sang badly today.", "drama"),
    dinner("2026-09-03T20:45", "Late home after choir, with one plum in my bag.", "salad"),
    film("2026-09-04T19:10", "It is Friday, rain at last, and the sofa is full.", "comedy"),
    // The latest eight answers are what an alignment learns from.
    film(
      "2026-09-11T19:00",
      "It is Friday, rain outside, the sofa is full, and Mila is in pyjamas.",
      "documentary",
    ),
    dinner(
      "2026-09-15T20:50",
      "Late home after choir, everybody has eaten, and the solo is on Sunday.",
      "soup",
    ),
    film("2026-09-18T19:10", "A good week, a full sofa, and it is Friday.", "comedy"),
    dinner("2026-09-22T20:45", "The stairs were dark, I am late home after choir.", "salad"),
    film(
      "2026-09-25T19:20",
      "The sofa is full, it is Friday, the laundry can wait, and so can Mila's pyjamas.",
      "documentary",
    ),
    dinner(
      "2026-10-03T18:10",
      "I have time to cook, a basket of chillies, and a solo this Sunday.",
      "soup",
    ),
    dinner("2026-10-07T18:00", "I have time to cook, and guests who like it hot.", "curry"),
    film("2026-10-09T19:00", "It is Friday, everybody sings, the sofa is full.", "comedy"),
  ],
  later: [
    film("2026-10-16T19:00", "It is Friday and the popcorn is ready.", "comedy"),
    dinner("2026-10-20T20:50", "Late home after choir, the pan is where I left it.", "salad"),
    film(
      "2026-10-23T19:10",
      "It is Friday, the sofa is full, the week was loud, and Mila asks why.",
      "documentary",
    ),
    dinner(
      "2026-10-27T20:55",
      "Everybody has eaten, I am late home after choir, the stairs are dark, the solo sits badly.",
      "soup",
    ),
    dinner("2026-10-28T18:05", "I have time to cook and one coconut.", "curry"),
    dinner(
      "2026-11-07T18:00",
      "The first chillies are ripe, the spices fresh, I have time to cook, and a solo.",
      "soup",
    ),
    film("2026-11-08T22:30", "The house is asleep, and the rain is not.", "drama"),
    film(
      "2026-11-13T19:20",
      "It is Friday, the sofa is full, a good week, jokes and popcorn, and Mila.",
      "documentary",
    ),
  ],
};
