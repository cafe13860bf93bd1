#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Prints the value of a test function of two or three variables:
#   sh function.sh --function=branin --x=2.5 --y=7.5
function=branin x=0 y=0 z=0
for argument; do
  value=${argument#*=}
  case $argument in
    --function=*) function=$value ;;
    --x=*) x=$value ;;
    --y=*) y=$value ;;
    --z=*) z=$value ;;
    *) echo "unknown argument: $argument" >&2; exit 2 ;;
  esac
done

echo "evaluating $function at x=$x y=$y z=$z"
exec awk -v function_name="$function" -v x="$x" -v y="$y" -v z="$z" '
# Both of Dixon and Szegö (1978).
function branin(x, y,    pi) {
  pi = atan2(0, -1)
  return (y - 5.1 * x ^ 2 / (4 * pi ^ 2) + 5 * x / pi - 6) ^ 2 + 10 * (1 - 1 / (8 * pi)) * cos(x) + 10
}
function well(weight, ax, ay, az, px, py, pz) {
  return weight * exp(-(ax * (x - px) ^ 2 + ay * (y - py) ^ 2 + az * (z - pz) ^ 2))
}
function hartmann3() {
  return -well(1.0, 3.0, 10, 30, 0.3689, 0.1170, 0.2673) \
         - well(1.2, 0.1, 10, 35, 0.4699, 0.4387, 0.7470) \
         - well(3.0, 3.0, 10, 30, 0.1091, 0.8732, 0.5547) \
         - well(3.2, 0.1, 10, 35, 0.0381, 0.5743, 0.8828)
}
BEGIN {
  if (function_name == "branin") f = branin(x, y)
  else if (function_name == "sphere") f = x ^ 2 + y ^ 2 + z ^ 2
  else if (function_name == "hartmann3") f = hartmann3()
  else { print "unknown function: " function_name > "/dev/stderr"; exit 2 }
  printf "result: f=%.9g\n", f
}'
