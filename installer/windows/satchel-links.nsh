; Makes Windows open satchel:// links with Satchel, for this user alone: no rights of an administrator are needed.
; Included by the NSIS script: `!insertmacro SatchelLinks` while installing, `!insertmacro un.SatchelLinks` while removing.

!macro SatchelLinks
  WriteRegStr HKCU "Software\Classes\satchel" "" "URL:Satchel"
  WriteRegStr HKCU "Software\Classes\satchel" "URL Protocol" ""
  WriteRegStr HKCU "Software\Classes\satchel\DefaultIcon" "" "$INSTDIR\satchel.exe,0"
  WriteRegStr HKCU "Software\Classes\satchel\shell\open\command" "" '"$INSTDIR\satchel.exe" "%1"'
!macroend

!macro un.SatchelLinks
  DeleteRegKey HKCU "Software\Classes\satchel"
!macroend
