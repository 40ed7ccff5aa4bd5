import { type DemoUser, parseDiary } from "./demo-user.js";

/**
 * Alone: thrillers on Fridays, documentaries on weeknights, noodles, soup in the rain. But with her sister there it is
 * a comedy, Friday or not, and guests get curry in any weather. Only the choices show it. One Friday with a cold is an
 * exception.
 */
export const ines: DemoUser = {
  id: "ines",
  about: "repairs string instruments, climbs, likes an evening with a knot in it",
  history: parseDiary(`
2026-01-08 18:40 said: I repair violins and cellos in a small workshop by the canal.
2026-01-09 19:30 thriller: It is Friday, the week is done, the sofa is mine.
2026-01-12 17:50 soup: Raining hard, and the workshop was cold all day.
2026-01-16 19:20 thriller: Friday, snow on the canal, and the week is done.
2026-01-18 09:10 museum: Sunday and it is raining on the whole coast.
2026-01-20 17:45 noodles: I came straight from climbing and I am very hungry.
2026-01-24 19:00 comedy: My sister is here and we share one blanket.
2026-01-29 18:00 soup: Tomatoes and old bread in the kitchen, raining hard.
2026-01-30 19:30 comedy: It is Friday, the week is done, snow on the canal, and my sister has the sofa.
2026-02-01 10:20 said: I love a story that I can work out before the detective does.
2026-02-06 19:30 thriller: It is Friday and the rain sounds like footsteps.
2026-02-08 17:40 curry: Guests are coming, four of them.
2026-02-11 20:10 documentary: A weeknight, and my hands smell of varnish.
2026-02-12 17:40 noodles: There are spring onions and one egg in the kitchen.
2026-02-20 19:20 thriller: The week is done, it is Friday: keep me guessing.
2026-02-21 17:30 curry: It is raining hard, there are tomatoes and old bread in the kitchen, and guests on bicycles.
2026-02-22 09:00 hike: Sunday with clear sky and a train in an hour.
2026-03-03 17:45 noodles: Tired arms: I came straight from climbing.
2026-03-12 17:50 soup: Half a lemon, a cold kitchen, and it is raining hard.
2026-03-14 11:00 asked: What should I cook when friends come over? → The aubergine curry in the big pot: it waits for whoever is late.
2026-03-20 19:20 thriller: It is Friday, the week is done, the street quiet.
2026-03-28 17:40 curry: I came straight from climbing, very hungry, and so are my guests.
2026-04-01 20:00 documentary: A weeknight, the radio played strings all day.
2026-04-09 17:50 soup: Raining hard, and a letter on the table to answer.
2026-04-12 08:30 said: I never eat mushrooms, the texture is wrong.
2026-04-17 19:40 comedy: It is Friday and I have a cold, so nothing dark please.
2026-04-22 17:45 noodles: The shop was closed when I came straight from climbing.
2026-04-24 19:20 thriller: One lamp: the week is done, and it is Friday.
2026-05-02 17:40 curry: Half a lemon in a cold kitchen, raining hard, and guests at eight.
2026-05-03 09:10 museum: Sunday and it is raining, and the tram is warm.
2026-05-13 20:10 documentary: A weeknight, a cello with a cracked rib on my mind.
2026-05-15 19:20 comedy: It is Friday, the week is done, the street is quiet and my sister is not.
2026-05-17 09:00 asked: How should I spend a free weekend? → Two days on the granite, one night in a hut, and no telephone.
2026-05-29 19:30 thriller: The week is done and on a Friday I want a knot.
2026-06-04 18:00 soup: After a week of heat it is raining hard.
2026-06-06 17:45 curry: I came straight from climbing, the shop was closed, the guests were early.
2026-06-12 19:30 thriller: Friday, one lamp, a long letter; the week is done.
2026-06-19 15:00 asked: Which present would I like for my birthday? → A new chalk bag, or a ticket for a string quartet.
2026-07-02 17:45 noodles: I came straight from climbing, chalk on my nose.
2026-07-03 19:30 thriller: It is Friday, the week is done, too hot to move.
2026-07-12 09:00 hike: Sunday with clear sky and sore fingers.
2026-07-17 19:20 comedy: The week is done and it is Friday: my sister wants a knot in her hair.
2026-08-15 17:50 curry: At eight it is raining hard after a week of heat, and the guests dance in the yard.
2026-08-19 20:00 documentary: A weeknight, I planed spruce until six.
2026-09-03 17:50 soup: The first cold evening, and raining hard.
2026-09-04 19:30 thriller: It is Friday, the telephone is off, the week done.
2026-09-11 19:30 comedy: It is Friday, the week is done, the telephone is off, my sister has the blanket.
2026-09-12 17:40 curry: A cold evening, it is raining hard, and guests from next door at eight.
2026-09-18 19:20 thriller: Friday, nobody calls, and the week is done.
2026-09-22 17:45 noodles: I came straight from climbing, too tired to talk.
2026-09-25 19:30 comedy: The week is done, it is Friday: keep my sister guessing under her blanket.
2026-09-26 17:30 curry: With tired arms I came straight from climbing; it is eight, and the guests bring cake.
2026-10-06 18:00 soup: Raining hard, tomatoes and old bread again.
2026-10-09 19:30 thriller: It is Friday, the street is quiet, the week is done.
`),
  later: parseDiary(`
2026-10-16 19:30 thriller: It is Friday, one lamp, and snow on the canal.
2026-10-20 17:40 soup: Raining hard, and I have the kitchen to myself.
2026-10-23 19:30 comedy: It is Friday, the week is done, the street is quiet, nobody calls, my sister is asleep.
2026-10-24 17:50 curry: It is raining hard, tomatoes again, and guests for a week.
2026-11-04 20:10 documentary: A weeknight, with varnish on my sleeves.
2026-11-13 19:10 comedy: It is Friday, the week is done, the street is quiet, and my sister has snow in her hair.
2026-11-14 17:45 curry: I came straight from climbing, tired arms, chalk on my nose, and guests to feed.
2026-11-19 17:45 noodles: I came straight from climbing, and it is late.
`),
};
