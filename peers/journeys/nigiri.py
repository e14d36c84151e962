"""Asks nigiri (PyPI: pynigiri) the questions that `minutes` has written, of the same feed.

    python nigiri.py FOLDER DAY
"""

import csv
import datetime
import sys
import time

import pynigiri as ng

MINUTES_MAX = 600

folder, day = sys.argv[1:]
began = time.process_time()
after = str(datetime.date.fromisoformat(day) + datetime.timedelta(days=2))
config = ng.LoaderConfig()
# No walks but those of the feed.
config.link_stop_distance = 0
timetable = ng.load_timetable([ng.TimetableSource("gtfs", folder, config)], day, after)
print(f"nigiri: import {time.process_time() - began:.2f} CPU-s")
took, worse, other, answered, total = [], 0, 0, 0, 0
for row in csv.DictReader(open(f"{folder}/questions.csv")):
    query = ng.Query()
    query.start_time = int(row["at"])
    query.start = [ng.Offset(timetable.find_location(row["from"]), 0, 0)]
    query.destination = [ng.Offset(timetable.find_location(row["to"]), 0, 0)]
    query.max_transfers = 6
    query.max_travel_time = MINUTES_MAX
    query.use_start_footpaths = True
    query.start_match_mode = query.dest_match_mode = ng.LocationMatchMode.EXACT
    began = time.thread_time_ns()
    found = ng.route(timetable, query)
    took.append(time.thread_time_ns() - began)
    theirs = [(j.transfers + 1, int(j.arrival_time())) for j in found]
    ours = [tuple(int(part) for part in answer.split("@")) for answer in row["answers"].split()]
    ours = [one for one in ours if one[1] - int(row["at"]) <= MINUTES_MAX]
    total += 1
    answered += bool(theirs)
    reached = lambda by, one: any(rides <= one[0] and at <= one[1] for rides, at in by)
    missed = [one for one in theirs if not reached(ours, one)]
    beyond = [one for one in ours if not reached(theirs, one)]
    worse += len(missed)
    other += len(beyond)
    if (missed or beyond) and worse + other < 12:
        print(row["from"], row["to"], row["at"], "ours", ours, "theirs", theirs)
took.sort()
part = lambda share: took[int((len(took) - 1) * share)] / 1e6
print(f"nigiri: {total} questions, {answered} answered; {worse} of theirs that ours do not reach, {other} the other way round")
print(f"nigiri: CPU-ms p50 {part(0.5):.3f} p95 {part(0.95):.3f} p99 {part(0.99):.3f}")
