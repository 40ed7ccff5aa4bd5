import { asked, dinner, type DemoUser, film, outing, said } from "./demo-user.js";

/**
 * Thrillers on Fridays, comedies in company. On weeknights it was thrillers until August and has been documentaries
 * since: nothing says so but the choices. Dinner is noodles; rain makes it soup, guests make it curry. One Friday
 * with a cold stands out.
 */
export const ines: DemoUser = {
  id: "ines",
  about: "repairs string instruments, climbs, likes an evening with a knot in it",
  history: [
    said("2026-03-02T18:40", "I repair violins and cellos in a small workshop by the canal."),
    film(
      "2026-03-06T19:30",
      "It is Friday, the week is done and I have the sofa to myself.",
      "thriller",
    ),
    dinner("2026-03-10T17:45", "I came straight from climbing and I am very hungry.", "noodles"),
    outing("2026-03-14T09:00", "Saturday, clear sky and a train that leaves in an hour.", "hike"),
    film(
      "2026-03-17T20:10",
      "A weeknight, early start tomorrow, and my hands smell of varnish.",
      "thriller",
    ),
    said("2026-03-21T10:20", "I love a story that I can work out before the detective does."),
    dinner("2026-03-24T17:50", "Raining hard, and the workshop was cold all day.", "soup"),
    film("2026-03-28T19:00", "My sister is here and we share one blanket.", "comedy"),
    asked(
      "2026-04-04T11:00",
      "What should I cook when friends come over?",
      "The aubergine curry in the big pot: it waits for whoever is late.",
    ),
    dinner("2026-04-04T17:30", "Guests are coming, four of them, all hungry.", "curry"),
    film(
      "2026-04-09T20:00",
      "A weeknight, early start tomorrow, a cello with a cracked rib on my mind.",
      "thriller",
    ),
    outing("2026-04-12T09:10", "Sunday and it is raining on the whole coast.", "museum"),
    dinner("2026-04-21T17:40", "Nothing special, there are spring onions and an egg.", "noodles"),
    film(
      "2026-04-24T19:20",
      "It is Friday and I want to be kept awake until the last minute.",
      "thriller",
    ),
    said("2026-05-02T08:30", "I never eat mushrooms, the texture is wrong."),
    film(
      "2026-05-06T20:05",
      "A weeknight, early start tomorrow, the radio played strings all day.",
      "thriller",
    ),
    outing("2026-05-16T08:50", "Saturday, dry rock and a little wind.", "hike"),
    dinner("2026-05-19T18:00", "Raining hard, tomatoes and old bread in the kitchen.", "soup"),
    film("2026-05-23T19:10", "My sister brought a friend and everybody talks.", "comedy"),
    dinner("2026-06-03T17:30", "I came home late from the wall with tired arms.", "noodles"),
    asked(
      "2026-06-06T09:00",
      "How should I spend a free weekend?",
      "Two days on the granite, one night in a hut, and no telephone.",
    ),
    film("2026-06-12T19:40", "It is Friday and I have a cold, so nothing dark please.", "comedy"),
    dinner("2026-06-20T17:20", "Guests are coming, one of them eats no meat.", "curry"),
    film(
      "2026-06-24T20:20",
      "A weeknight, early start tomorrow, I planed spruce until six.",
      "thriller",
    ),
    outing("2026-07-05T09:00", "Sunday with clear sky and sore fingers.", "hike"),
    film(
      "2026-07-10T19:30",
      "It is Friday, the window is open and the street is quiet.",
      "thriller",
    ),
    dinner("2026-07-15T17:45", "Raining hard after a week of heat.", "soup"),
    asked(
      "2026-07-19T15:00",
      "Which present would I like for my birthday?",
      "A new chalk bag, or a ticket for a string quartet.",
    ),
    dinner("2026-08-04T17:40", "There is half a cabbage and some peanuts.", "noodles"),
    film(
      "2026-09-02T20:00",
      "A weeknight, early start tomorrow, and my hands smell of glue.",
      "documentary",
    ),
    film("2026-09-04T19:20", "It is Friday and the rain sounds like footsteps.", "thriller"),
    dinner("2026-09-08T17:50", "Raining hard, half a cabbage and some peanuts left.", "soup"),
    film(
      "2026-09-10T20:10",
      "A weeknight, early start tomorrow, a cello came back with a cracked neck.",
      "documentary",
    ),
    outing("2026-09-13T09:00", "Sunday and it is raining, my sister is in town.", "museum"),
    dinner(
      "2026-09-19T17:30",
      "Guests are coming, straight from climbing and very hungry.",
      "curry",
    ),
    film(
      "2026-09-23T20:00",
      "A weeknight, early start tomorrow, I heard strings on the radio.",
      "documentary",
    ),
    film("2026-09-26T19:00", "My sister is here and has had a hard week.", "comedy"),
    dinner(
      "2026-10-06T17:45",
      "I came straight from climbing, there are spring onions.",
      "noodles",
    ),
    film(
      "2026-10-08T20:15",
      "A weeknight, early start tomorrow, I planed maple until seven.",
      "documentary",
    ),
    film("2026-10-16T19:30", "It is Friday, the week was long and the sofa is mine.", "thriller"),
  ],
  later: [
    film(
      "2026-10-20T20:00",
      "A weeknight, early start tomorrow, a violin with a cracked rib.",
      "documentary",
    ),
    dinner(
      "2026-10-22T17:40",
      "Raining hard, nothing special in the kitchen, I came home late with tired arms.",
      "soup",
    ),
    film("2026-10-23T19:30", "It is Friday and I want to be kept guessing.", "thriller"),
    film(
      "2026-10-27T20:10",
      "A weeknight, early start tomorrow, varnish on my sleeves all day.",
      "documentary",
    ),
    dinner(
      "2026-10-31T17:30",
      "Guests are coming, nothing special in the kitchen but spring onions and an egg.",
      "curry",
    ),
    dinner("2026-11-04T17:45", "Guests are coming, half a cabbage and some peanuts left.", "curry"),
    film("2026-11-07T19:00", "My sister is here with a cold.", "comedy"),
    dinner(
      "2026-11-12T17:50",
      "Raining hard, came straight from climbing, spring onions and an egg in the kitchen.",
      "soup",
    ),
  ],
};
