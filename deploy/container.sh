# The command of the container: the ledger's password comes from a file, not from the environment
# that everybody on the machine may inspect. It must be safe inside an address: letters and digits.
set -eu
password=$(cat /run/secrets/postgres)
export THONGSUOT_LEDGER__URL="postgresql://thongsuot:${password}@postgres/thongsuot"
exec thongsuot "$@"
