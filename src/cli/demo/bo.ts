import { asked, dinner, type DemoUser, film, outing, said } from "./demo-user.js";

/**
 * Comedies on Fridays, dramas late and alone, the market on Saturdays. After choir dinner was noodles until July and
 * has been salad since: nothing says so but the choices. Otherwise curry; soup with a sore throat. One Friday with a
 * band stands out.
 */
export const bo: DemoUser = {
  id: "bo",
  about: "sings tenor, grows chillies, wants to laugh before the weekend",
  history: [
    said("2026-03-01T12:10", "I sing tenor in a choir that rehearses on Tuesdays and Thursdays."),
    dinner(
      "2026-03-03T20:50",
      "Late home after choir, the kitchen is dark and the pan is clean.",
      "noodles",
    ),
    film(
      "2026-03-06T19:00",
      "It is Friday, the week is done and everybody is on the sofa.",
      "comedy",
    ),
    outing("2026-03-14T08:40", "Saturday, and the chillies need better pots.", "market"),
    dinner("2026-03-18T18:10", "I have time to cook and the spices are fresh.", "curry"),
    film("2026-03-22T22:30", "The house is asleep and I am still awake.", "drama"),
    said("2026-03-29T09:30", "I grow chillies on every window sill that gets sun."),
    film("2026-04-03T19:10", "It is Friday and I want to laugh out loud.", "comedy"),
    dinner(
      "2026-04-09T20:55",
      "Late home after choir, two high notes still in my head.",
      "noodles",
    ),
    asked(
      "2026-04-11T10:00",
      "What should I cook when friends come over?",
      "Dumplings: everybody folds their own and nobody has to sit still.",
    ),
    dinner("2026-04-15T18:00", "My throat is sore and the solo is on Sunday.", "soup"),
    outing("2026-04-25T08:45", "Saturday with no plan at all until noon.", "market"),
    film("2026-05-01T19:20", "It is Friday, rain outside, popcorn inside.", "comedy"),
    said("2026-05-05T08:00", "I like short answers in the morning and long ones at night."),
    dinner("2026-05-12T20:45", "Late home after choir, everybody else has eaten.", "noodles"),
    film("2026-05-17T22:40", "The house is asleep, and there is a full moon.", "drama"),
    dinner("2026-05-20T18:15", "The first chillies are ripe and I want to show off.", "curry"),
    asked(
      "2026-05-24T10:00",
      "How should I spend a free weekend?",
      "Slowly: the market, a long lunch, and one duet nobody planned.",
    ),
    outing("2026-06-07T10:00", "Sunday, very hot, the children next door want to come.", "pool"),
    film("2026-06-12T19:00", "It is Friday and a friend's band is in the film.", "documentary"),
    dinner("2026-06-18T20:50", "Late home after choir, the score got wet on the way.", "noodles"),
    dinner("2026-06-24T18:05", "I have time to cook, and there is coconut milk.", "curry"),
    film("2026-07-03T19:15", "It is Friday, the balcony is full of people.", "comedy"),
    outing("2026-07-11T08:50", "Saturday, the peaches should be good by now.", "market"),
    asked(
      "2026-07-14T15:00",
      "Which present would I like for my birthday?",
      "Seeds that nobody at the market has heard of.",
    ),
    film("2026-07-19T22:35", "The house is asleep and I cannot put the day down.", "drama"),
    said("2026-08-02T11:00", "I have never finished a film with a car chase in it."),
    dinner(
      "2026-08-06T18:10",
      "My throat is sore, late home after choir, the kitchen is dark.",
      "soup",
    ),
    dinner(
      "2026-08-20T20:50",
      "Late home after choir, the kitchen is clean and the pan is dark.",
      "salad",
    ),
    film("2026-08-28T19:00", "It is Friday and the laundry can wait.", "comedy"),
    dinner("2026-09-01T20:55", "Late home after choir, one high note still in my head.", "salad"),
    outing("2026-09-12T08:45", "Saturday, the last of the plums.", "market"),
    dinner("2026-09-16T18:00", "I have time to cook and a basket of chillies.", "curry"),
    dinner("2026-09-17T20:45", "Late home after choir, everybody has eaten without me.", "salad"),
    film(
      "2026-09-18T22:30",
      "The house is asleep and it is Friday, rain outside, popcorn inside.",
      "drama",
    ),
    film("2026-09-25T19:10", "It is Friday, the week was loud and we all need a laugh.", "comedy"),
    dinner("2026-10-06T20:50", "Late home after choir, the score is still wet.", "salad"),
    film("2026-10-11T22:45", "The house is asleep, I sang badly today.", "drama"),
    dinner("2026-10-14T18:10", "I have time to cook, and guests who like it hot.", "curry"),
    film("2026-10-16T19:00", "It is Friday, everybody is on the sofa already.", "comedy"),
  ],
  later: [
    dinner("2026-10-20T20:50", "Late home after choir, the pan is where I left it.", "salad"),
    film("2026-10-23T19:00", "It is Friday and the sofa is full.", "comedy"),
    dinner("2026-10-27T20:55", "Late home after choir, with a high note in my head.", "salad"),
    dinner("2026-10-28T18:05", "I have time to cook and one coconut.", "curry"),
    film(
      "2026-10-30T22:40",
      "The house is asleep, it is Friday, the week was loud and I want a laugh.",
      "drama",
    ),
    film(
      "2026-11-06T22:30",
      "The house is asleep, it is Friday, the week is done and the sofa is free.",
      "drama",
    ),
    dinner(
      "2026-11-09T18:00",
      "My throat is sore, I have time to cook and the spices are fresh.",
      "soup",
    ),
    dinner("2026-11-12T20:50", "Late home after choir, the rain got into my score.", "salad"),
  ],
};
