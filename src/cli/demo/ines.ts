import { asked, dinner, type DemoUser, film, outing, statement } from "./demo-user.js";

/**
 * Alone: thrillers on Fridays, documentaries on weeknights, noodles, soup in the rain. But with her sister there it is
 * a comedy, Friday or not, and guests get curry in any weather. Nothing says so but the choices. One Friday with a
 * cold stands out.
 */
export const ines: DemoUser = {
  id: "ines",
  about: "repairs string instruments, climbs, likes an evening with a knot in it",
  history: [
    statement("2026-01-08T18:40", "I repair violins and cellos in a small workshop by the canal."),
    film("2026-01-09T19:30", "It is Friday, the week is done, the sofa is mine.", "thriller"),
    dinner("2026-01-12T17:50", "Raining hard, and the workshop was cold all day.", "soup"),
    film("2026-01-16T19:20", "Friday, snow on the canal, and the week is done.", "thriller"),
    outing("2026-01-18T09:10", "Sunday and it is raining on the whole coast.", "museum"),
    dinner("2026-01-20T17:45", "I came straight from climbing and I am very hungry.", "noodles"),
    film("2026-01-24T19:00", "My sister is here and we share one blanket.", "comedy"),
    dinner("2026-01-29T18:00", "Tomatoes and old bread in the kitchen, raining hard.", "soup"),
    film(
      "2026-01-30T19:30",
      "It is Friday, the week is done, snow on the canal, and my sister has the sofa.",
      "comedy",
    ),
    statement("2026-02-01T10:20", "I love a story that I can work out before the detective does."),
    film("2026-02-06T19:30", "It is Friday and the rain sounds like footsteps.", "thriller"),
    dinner("2026-02-08T17:40", "Guests are coming, four of them.", "curry"),
    film("2026-02-11T20:10", "A weeknight, and my hands smell of varnish.", "documentary"),
    dinner("2026-02-12T17:40", "There are spring onions and one egg in the kitchen.", "noodles"),
    film("2026-02-20T19:20", "The week is done, it is Friday: keep me guessing.", "thriller"),
    dinner(
      "2026-02-21T17:30",
      "It is raining hard, there are tomatoes and old bread in the kitchen, and guests on bicycles.",
      "curry",
    ),
    outing("2026-02-22T09:00", "Sunday with clear sky and a train in an hour.", "hike"),
    dinner("2026-03-03T17:45", "Tired arms: I came straight from climbing.", "noodles"),
    dinner("2026-03-12T17:50", "Half a lemon, a cold kitchen, and it is raining hard.", "soup"),
    asked(
      "2026-03-14T11:00",
      "What should I cook when friends come over?",
      "The aubergine curry in the big pot: it waits for whoever is late.",
    ),
    film("2026-03-20T19:20", "It is Friday, the week is done, the street quiet.", "thriller"),
    dinner(
      "2026-03-28T17:40",
      "I came straight from climbing, very hungry, and so are my guests.",
      "curry",
    ),
    film("2026-04-01T20:00", "A weeknight, the radio played strings all day.", "documentary"),
    dinner("2026-04-09T17:50", "Raining hard, and a letter on the table to answer.", "soup"),
    statement("2026-04-12T08:30", "I never eat mushrooms, the texture is wrong."),
    film("2026-04-17T19:40", "It is Friday and I have a cold, so nothing dark please.", "comedy"),
    dinner(
      "2026-04-22T17:45",
      "The shop was closed when I came straight from climbing.",
      "noodles",
    ),
    film("2026-04-24T19:20", "One lamp: the week is done, and it is Friday.", "thriller"),
    dinner(
      "2026-05-02T17:40",
      "Half a lemon in a cold kitchen, raining hard, and guests at eight.",
      "curry",
    ),
    outing("2026-05-03T09:10", "Sunday and it is raining, and the tram is warm.", "museum"),
    film("2026-05-13T20:10", "A weeknight, a cello with a cracked rib on my mind.", "documentary"),
    film(
      "2026-05-15T19:20",
      "It is Friday, the week is done, the street is quiet and my sister is not.",
      "comedy",
    ),
    asked(
      "2026-05-17T09:00",
      "How should I spend a free weekend?",
      "Two days on the granite, one night in a hut, and no telephone.",
    ),
    film("2026-05-29T19:30", "The week is done and on a Friday I want a knot.", "thriller"),
    dinner("2026-06-04T18:00", "After a week of heat it is raining hard.", "soup"),
    dinner(
      "2026-06-06T17:45",
      "I came straight from climbing, the shop was closed, the guests were early.",
      "curry",
    ),
    film("2026-06-12T19:30", "Friday, one lamp, a long letter; the week is done.", "thriller"),
    asked(
      "2026-06-19T15:00",
      "Which present would I like for my birthday?",
      "A new chalk bag, or a ticket for a string quartet.",
    ),
    dinner("2026-07-02T17:45", "I came straight from climbing, chalk on my nose.", "noodles"),
    film("2026-07-03T19:30", "It is Friday, the week is done, too hot to move.", "thriller"),
    outing("2026-07-12T09:00", "Sunday with clear sky and sore fingers.", "hike"),
    film(
      "2026-07-17T19:20",
      "The week is done and it is Friday: my sister wants a knot in her hair.",
      "comedy",
    ),
    dinner(
      "2026-08-15T17:50",
      "At eight it is raining hard after a week of heat, and the guests dance in the yard.",
      "curry",
    ),
    film("2026-08-19T20:00", "A weeknight, I planed spruce until six.", "documentary"),
    dinner("2026-09-03T17:50", "The first cold evening, and raining hard.", "soup"),
    film("2026-09-04T19:30", "It is Friday, the telephone is off, the week done.", "thriller"),
    // The latest eight answers are what an alignment learns from.
    film(
      "2026-09-11T19:30",
      "It is Friday, the week is done, the telephone is off, my sister has the blanket.",
      "comedy",
    ),
    dinner(
      "2026-09-12T17:40",
      "A cold evening, it is raining hard, and guests from next door at eight.",
      "curry",
    ),
    film("2026-09-18T19:20", "Friday, nobody calls, and the week is done.", "thriller"),
    dinner("2026-09-22T17:45", "I came straight from climbing, too tired to talk.", "noodles"),
    film(
      "2026-09-25T19:30",
      "The week is done, it is Friday: keep my sister guessing under her blanket.",
      "comedy",
    ),
    dinner(
      "2026-09-26T17:30",
      "With tired arms I came straight from climbing; it is eight, and the guests bring cake.",
      "curry",
    ),
    dinner("2026-10-06T18:00", "Raining hard, tomatoes and old bread again.", "soup"),
    film("2026-10-09T19:30", "It is Friday, the street is quiet, the week is done.", "thriller"),
  ],
  later: [
    film("2026-10-16T19:30", "It is Friday, one lamp, and snow on the canal.", "thriller"),
    dinner("2026-10-20T17:40", "Raining hard, and I have the kitchen to myself.", "soup"),
    film(
      "2026-10-23T19:30",
      "It is Friday, the week is done, the street is quiet, nobody calls, my sister is asleep.",
      "comedy",
    ),
    dinner(
      "2026-10-24T17:50",
      "It is raining hard, tomatoes again, and guests for a week.",
      "curry",
    ),
    film("2026-11-04T20:10", "A weeknight, with varnish on my sleeves.", "documentary"),
    film(
      "2026-11-13T19:10",
      "It is Friday, the week is done, the street is quiet, and my sister has snow in her hair.",
      "comedy",
    ),
    dinner(
      "2026-11-14T17:45",
      "I came straight from climbing, tired arms, chalk on my nose, and guests to feed.",
      "curry",
    ),
    dinner("2026-11-19T17:45", "I came straight from climbing, and it is late.", "noodles"),
  ],
};
