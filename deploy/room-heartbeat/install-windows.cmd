@echo off
rem Chua thu tren Windows that / Unconfirmed: not tried on Windows.
rem Chay cung thu muc voi thongsuot_room_heartbeat.py va room-heartbeat.ini; can Python 3.8 tro len.
rem Run beside thongsuot_room_heartbeat.py and room-heartbeat.ini; needs Python 3.8 or later.
set "HERE=%~dp0"
where pythonw >nul 2>&1 || (echo Chua co Python / Python is not installed & exit /b 1)
set "PYTHONW="
for /f "delims=" %%P in ('where pythonw') do if not defined PYTHONW set "PYTHONW=%%P"
icacls "%HERE%room-heartbeat.ini" /inheritance:r /grant:r "%USERNAME%:R" >nul || exit /b 1
schtasks /Create /F /SC ONLOGON /TN "ThongSuot room heartbeat" /TR "\"%PYTHONW%\" \"%HERE%thongsuot_room_heartbeat.py\" --config \"%HERE%room-heartbeat.ini\"" || exit /b 1
schtasks /Run /TN "ThongSuot room heartbeat"
